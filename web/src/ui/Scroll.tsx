import { type ReactNode, useLayoutEffect, useRef, useState } from "react";

interface ScrollProps {
  /** What is in it, for those who do not see it. */
  readonly label: string;
  readonly children: ReactNode;
}

/** Scrolls sideways what is too wide; only then is it a stop of the Tab key, so that arrow keys can scroll it. */
export function Scroll({ label, children }: ScrollProps) {
  const area = useRef<HTMLDivElement>(null);
  const [isWide, setIsWide] = useState(false);
  useLayoutEffect(() => {
    const element = area.current!;
    const measure = () => setIsWide(element.scrollWidth > element.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  const reach = isWide ? { tabIndex: 0, role: "region", "aria-label": label } : {};
  return (
    <div ref={area} className="scroll" {...reach}>
      {children}
    </div>
  );
}
