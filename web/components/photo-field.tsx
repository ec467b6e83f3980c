import { useRef, useState } from "preact/hooks";
import { problemOf } from "../devices.ts";
import type { Page } from "../page.ts";
import { fromCamera, fromFile } from "../photo.ts";

interface Props {
  readonly page: Page;
  /** A JPEG as a data URL. */
  readonly photo: string | undefined;
  readonly onPhoto: (photo: string | undefined) => void;
  /** Unfolded from the start. */
  readonly open: boolean;
}

/** A photo for a typed question: a file, or taken with the camera. It is shrunk here and loses its metadata. */
export function PhotoField({ page, photo, onPhoto, open }: Props) {
  const { messages } = page;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const file = useRef<HTMLInputElement>(null);
  const use = async (source: Promise<string>, words: (error: unknown) => string) => {
    setBusy(true);
    setProblem("");
    try {
      onPhoto(await source);
      page.status.say(messages.photoReady);
    } catch (error) {
      onPhoto(undefined);
      setProblem(words(error));
    } finally {
      setBusy(false);
    }
  };
  const snap = () => {
    if (busy) return;
    page.status.say(messages.takingPhoto);
    const camera = page.settings.get().camera;
    const devices = globalThis.isSecureContext && navigator.mediaDevices;
    if (!devices) return setProblem(messages.problems.camera.insecure);
    void use(fromCamera(camera), (error) => messages.problems.camera[problemOf(error)]);
  };
  const remove = () => {
    onPhoto(undefined);
    if (file.current) file.current.value = "";
    page.status.say(messages.photoRemoved);
  };
  return (
    <details class="photo" open={open}>
      <summary>{messages.photo}</summary>
      <label for="photo">{messages.photoChoose}</label>
      <input
        ref={file}
        id="photo"
        type="file"
        accept="image/*"
        aria-describedby={problem ? "photo-problem" : undefined}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          if (chosen) void use(fromFile(chosen), () => messages.photoFailed);
        }}
      />
      <button type="button" aria-disabled={busy} onClick={snap}>
        {messages.takePhoto}
      </button>
      {photo && (
        <p>
          {messages.photoReady}{" "}
          <button type="button" onClick={remove}>
            {messages.photoRemove}
          </button>
        </p>
      )}
      {problem && (
        <p id="photo-problem" class="problem" role="alert">
          {problem}
        </p>
      )}
    </details>
  );
}
