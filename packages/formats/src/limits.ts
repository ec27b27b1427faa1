/** Refused rows that a decoder names one by one; more are only counted, so that a bad body costs little. */
export const REFUSALS_LISTED_MAX = 100;

/** Longest piece of a sender's text that a message repeats, in UTF-16 units. */
export const QUOTED_LENGTH_MAX = 64;
