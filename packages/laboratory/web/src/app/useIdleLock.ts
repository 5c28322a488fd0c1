import { useEffect } from "react";

/** Where all pages of the browser keep when one of them was used last. */
const PLACE = "leukogram used";

const LOOK_EVERY = 5000;
const TELL_EVERY = 30_000;

/** What one does with a page in use. */
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

interface IdleLock {
  /** Minutes without use; null for no lock. */
  readonly minutes: number | null;
  /** Told now and then that the page is used. */
  readonly onUse: () => void;
  /** Told when none of the browser's pages was used for so long. */
  readonly onLock: () => void;
}

/** Locks the page when nobody has used it, or another page of this browser, for some minutes; also after the computer slept. */
export function useIdleLock({ minutes, onUse, onLock }: IdleLock): void {
  useEffect(() => {
    if (minutes === null) return;
    let told = Date.now();
    let isUsed = true;
    const note = () => {
      isUsed = true;
    };
    const look = () => {
      const now = Date.now();
      const last = Number(localStorage.getItem(PLACE));
      // Before use is noted: a key that wakes a sleeping computer comes too late.
      if (last > 0 && now - last > minutes * 60_000) return onLock();
      if (!isUsed) return;
      isUsed = false;
      localStorage.setItem(PLACE, String(now));
      if (now - told < TELL_EVERY) return;
      told = now;
      onUse();
    };
    localStorage.setItem(PLACE, String(told));
    const timer = setInterval(look, LOOK_EVERY);
    const wake = () => document.visibilityState === "visible" && look();
    for (const sign of SIGNS) addEventListener(sign, note, { passive: true });
    document.addEventListener("visibilitychange", wake);
    return () => {
      clearInterval(timer);
      for (const sign of SIGNS) removeEventListener(sign, note);
      document.removeEventListener("visibilitychange", wake);
    };
  }, [minutes, onUse, onLock]);
}
