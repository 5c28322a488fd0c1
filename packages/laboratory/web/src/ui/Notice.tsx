import type { ReactNode } from "react";

/** Something to read before going on. */
export function Notice({
  kind = "info",
  children,
}: {
  readonly kind?: "info" | "error" | "warning";
  readonly children: ReactNode;
}) {
  return (
    <div className={`notice ${kind}`} role={kind === "error" ? "alert" : undefined}>
      {children}
    </div>
  );
}
