// The story of a case, in a real browser against the real server: upload, review by keyboard alone, a second reader, two signatures,
// an amendment, what is given out, and the trail.
import { afterAll, beforeAll, describe } from "vitest";
import { givenOut } from "./story/givenOut.ts";
import { readers } from "./story/readers.ts";
import { review } from "./story/review.ts";
import { signatures } from "./story/signatures.ts";
import { endStory, startStory } from "./story/story.ts";
import { unsaved } from "./story/unsaved.ts";

beforeAll(startStory);
afterAll(endStory);

describe.sequential("the story of a case", () => {
  review();
  unsaved();
  readers();
  signatures();
  givenOut();
});
