import type { LocalAudioTrack, LocalVideoTrack } from "@livekit/rtc-node";
import { FfiRequest, livekitFfiRequest } from "@livekit/rtc-ffi-bindings";

/** Mutes a track or ends that, as a caller's button does; the Node SDK has no method for it. */
export function muteTrack(track: LocalAudioTrack | LocalVideoTrack, mute: boolean): void {
  const request = new FfiRequest({
    message: { case: "localTrackMute", value: { trackHandle: track.ffi_handle.handle, mute } },
  });
  livekitFfiRequest(request.toBinary());
}
