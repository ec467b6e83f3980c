import { useEffect, useRef } from "preact/hooks";
import type { Page } from "../page.ts";

/** The camera's picture for whoever can see it, and the coach's words about it for everybody. */
export function CameraPreview({ page, hint }: { readonly page: Page; readonly hint: string | null }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => (video.current ? page.caller.preview(video.current) : undefined), [page]);
  return (
    <figure class="preview">
      <video ref={video} muted playsInline disablePictureInPicture aria-label={page.messages.preview} />
      <figcaption>{hint ?? page.messages.preview}</figcaption>
    </figure>
  );
}
