import { useEffect, useEffectEvent, useRef, useState } from "react";
import { ImageScale } from "./ImageScale.tsx";
import type { PictureControls } from "./usePictureView.ts";

interface ViewerProps {
  readonly image: string;
  readonly alt: string;
  readonly controls: PictureControls;
  /** Micrometres of a pixel of the image; undefined if they are not known. */
  readonly micrometres: number | undefined;
}

/** A picture in a room of its own: the wheel zooms about the pointer, dragging moves it. Keys are those of its dialog. */
export function Viewer({ image, alt, controls: { view, zoom, move }, micrometres }: ViewerProps) {
  const room = useRef<HTMLDivElement>(null);
  // Of the picture that is shown, pixels of the screen for one of its own.
  const [scale, setScale] = useState<number>();
  const measure = useEffectEvent(() => {
    const picture = room.current!.querySelector("img")!;
    const { clientWidth, clientHeight } = room.current!;
    const { naturalWidth, naturalHeight } = picture;
    if (naturalWidth > 0) setScale(Math.min(clientWidth / naturalWidth, clientHeight / naturalHeight));
  });
  const turn = useEffectEvent((event: WheelEvent) => {
    event.preventDefault();
    const { left, top, width, height } = room.current!.getBoundingClientRect();
    const at = { x: (event.clientX - left) / width - 0.5, y: (event.clientY - top) / height - 0.5 };
    zoom(2 ** (-event.deltaY / 400), at);
  });
  useEffect(() => {
    const element = room.current!;
    const onWheel = (event: WheelEvent) => turn(event);
    // React's own listener can't keep the page from scrolling.
    element.addEventListener("wheel", onWheel, { passive: false });
    const observer = new ResizeObserver(() => measure());
    observer.observe(element);
    return () => {
      element.removeEventListener("wheel", onWheel);
      observer.disconnect();
    };
  }, []);
  const onDrag = (event: React.PointerEvent) => {
    if (event.buttons !== 1) return;
    const { width, height } = room.current!.getBoundingClientRect();
    move(event.movementX / width, event.movementY / height);
  };
  return (
    <div
      ref={room}
      className="viewer"
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onDrag}
    >
      <img
        src={image}
        alt={alt}
        draggable={false}
        onLoad={() => measure()}
        style={{
          transform: `translate(${100 * view.x}%, ${100 * view.y}%) scale(${view.zoom})`,
          filter: view.brightness === 1 ? "none" : `brightness(${view.brightness})`,
        }}
      />
      {micrometres !== undefined && scale !== undefined && <ImageScale pixels={(scale * view.zoom) / micrometres} />}
    </div>
  );
}
