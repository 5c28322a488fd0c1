import { useEffect } from "react";

/** Names the page in the browser's title. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? "Leukogram" : `${title} · Leukogram`;
  }, [title]);
}
