// Numbers in words: four figures at most, powers of ten with real superscripts.

const SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

export function power(exponent) {
  return String(exponent).replace(/[-0-9]/g, (c) => SUPER[c]);
}

/** 135, 9.78, 0.0523, 1.4×10⁻¹¹, or – for what is not finite. */
export function figure(value, digits = 3) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) return minus(String(Number(value.toPrecision(digits))));
  const [mantissa, exponent] = value.toExponential(Math.max(1, digits - 2)).split("e");
  return `${minus(mantissa)}×10${power(Number(exponent))}`;
}

/** A figure out of an array whose ends stand for all that lies beyond them, see blob.js: no finer than it was sent. */
export function reading(value, { ends, unit }, digits = 3) {
  if (!ends || !Number.isFinite(value)) return figure(value, digits);
  const beyond = value === ends[0] ? "< " : value === ends[1] ? "> " : "";
  if (unit) return `${beyond}${figure(Number(value.toFixed(Math.max(0, Math.floor(-Math.log10(unit))))), digits)}`;
  const coarse = beyond || Math.log10(ends[1]) - Math.log10(ends[0]) > 40; // 65534 places for 40 decades tell 0.07 % apart
  return `${beyond}${figure(value, coarse ? 2 : digits)}`;
}

/** A share sent as 0 to 255, of which 0 is none and 255 all: whole percents, and no rounding to none or all. */
export function shareOf(byte) {
  const whole = Math.round((100 * byte) / 255);
  if (whole === 0 && byte > 0) return "under 1 %";
  return whole === 100 && byte < 255 ? "over 99 %" : `${whole} %`;
}

export function minus(text) {
  return text.replace(/-/g, "−");
}

/** The same number for a screen reader or a title. */
export function plain(value, digits = 6) {
  return Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : "not finite";
}

/** A place of the clock: a step, or where a step is a layer how many layers lie between it and the output. */
export function moment(step, unit) {
  if (unit !== "layers") return `step ${step}`;
  return `${step} ${step === 1 ? "layer" : "layers"} back`;
}
