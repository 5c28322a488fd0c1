import { type ReactNode, useLayoutEffect, useRef, useState } from "react";

interface ScrollProps {
  /** What is in it, for those who do not see it. */
  readonly label: string;
  readonly children: ReactNode;
}

/** Scrolls sideways what is too wide, and shows that there is more; only then is it a stop of the Tab key, so that arrow keys can scroll it. */
export function Scroll({ label, children }: ScrollProps) {
  const area = useRef<HTMLDivElement>(null);
  const [isWide, setIsWide] = useState(false);
  const [hasMore, setHasMore] = useState(false);
  const look = () => {
    const { scrollWidth, clientWidth, scrollLeft } = area.current!;
    setIsWide(scrollWidth > clientWidth);
    setHasMore(scrollLeft + clientWidth < scrollWidth - 1);
  };
  useLayoutEffect(() => {
    const element = area.current!;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  const reach = isWide ? { tabIndex: 0, role: "region", "aria-label": label } : {};
  return (
    <div ref={area} className={hasMore ? "scroll more" : "scroll"} onScroll={look} {...reach}>
      {children}
    </div>
  );
}
