/** A picture of a kind that is not read; the message says what it holds, the hint how to mend it. */
export class UnreadKind extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
