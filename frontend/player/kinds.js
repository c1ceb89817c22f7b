// Every kind of panel by the name that a tree calls it.

import { Backward } from "./backward.js";
import { Bars } from "./bars.js";
import { Chart } from "./chart.js";
import { Field } from "./field.js";
import { Fit } from "./fit.js";
import { Functions } from "./functions.js";
import { Heat } from "./heat.js";
import { Histogram } from "./histogram.js";
import { Images } from "./images.js";
import { Law } from "./law.js";
import { Phase } from "./phase.js";
import { Plane } from "./plane.js";
import { Relief } from "./relief.js";
import { Sample } from "./sample.js";
import { Text } from "./text.js";
import { Units } from "./units.js";

export const KINDS = {
  scene: Relief,
  plane: Plane,
  chart: Chart,
  heat: Heat,
  bars: Bars,
  units: Units,
  field: Field,
  fit: Fit,
  images: Images,
  text: Text,
  histogram: Histogram,
  sample: Sample,
  backward: Backward,
  phase: Phase,
  functions: Functions,
  law: Law,
};
