import { type Content, type Markup, markup } from "../text/markup.ts";

/** What a {@link pictureTile} shows. */
export interface PictureTile {
  readonly file: string;
  /** What the picture shows, for those who can't see it. */
  readonly alt: string;
  /** A data URI; undefined if the picture can't be read. */
  readonly source: string | undefined;
  readonly caption: Content;
}

/** A small picture with its file's name and a caption, for a gallery. */
export function pictureTile({ file, alt, source, caption }: PictureTile): Markup {
  const picture = source !== undefined && markup`<img src="${source}" width="96" height="96" alt="${alt}">`;
  return markup`<figure class="tile">${picture}<figcaption>${file}<br>${caption}</figcaption></figure>`;
}
