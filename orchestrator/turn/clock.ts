import type { Language } from "./language.ts";
import { germanList, germanNumber } from "./words-german.ts";
import { listed, numberWord } from "./words.ts";

/** Degrees of one hour on the clock face around the user, twelve being straight ahead. */
const HOUR_DEG = 30;

/** A picture's size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Horizontal angle of a column of the picture, in degrees from straight ahead, right positive. A
 * pin-hole camera whose stated angle of view lies along the longer side, so that a portrait and a
 * landscape picture of one camera share their focal length.
 */
export function bearingDeg(x: number, size: Size, fieldOfViewDeg: number): number {
  return degrees(Math.atan((x - size.width / 2) / focalLength(size, fieldOfViewDeg)));
}

/** The hour of the clock face (1–12) at which a column of the picture lies. */
export function clockHour(x: number, size: Size, fieldOfViewDeg: number): number {
  const bearing = bearingDeg(x, size, fieldOfViewDeg);
  const hours = Math.sign(bearing) * Math.round(Math.abs(bearing) / HOUR_DEG);
  return hours > 0 ? hours : 12 + hours;
}

/** The column at which an hour left (negative) or right of twelve begins, as a share of the width. */
export function hourBegins(hours: number, size: Size, fieldOfViewDeg: number): number {
  const bearing = Math.sign(hours) * (Math.abs(hours) - 0.5) * HOUR_DEG;
  const x = size.width / 2 + Math.tan(radians(bearing)) * focalLength(size, fieldOfViewDeg);
  return x / size.width;
}

export type Side = "left" | "ahead" | "right";

/** Left, ahead or right, by the same clock face: only twelve o'clock is ahead. */
export function sideOf(hour: number): Side {
  if (hour === 12) return "ahead";
  return hour > 6 ? "left" : "right";
}

/** `at eleven and one o'clock`, `auf elf und ein Uhr`. */
export function atHours(hours: readonly number[], language: Language = "en"): string {
  return language === "de"
    ? `auf ${germanList(hours.map(germanNumber))} Uhr`
    : `at ${listed(hours.map(numberWord))} o'clock`;
}

/** Pixels. */
function focalLength(size: Size, fieldOfViewDeg: number): number {
  return Math.max(size.width, size.height) / 2 / Math.tan(radians(fieldOfViewDeg / 2));
}

function radians(deg: number): number {
  return (deg * Math.PI) / 180;
}

function degrees(rad: number): number {
  return (rad * 180) / Math.PI;
}
