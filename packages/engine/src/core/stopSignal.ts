/**
 * What of an AbortSignal is used. That of an AbortController fits; declarations of these packages need neither a browser's types
 * nor Node's to name it.
 */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
}
