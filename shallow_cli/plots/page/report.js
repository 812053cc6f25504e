"use strict";

// Draws the network, its units and what it says anew for another moment of the training, from the
// weights in the page.

const numbers = JSON.parse(document.getElementById("numbers").textContent);
const [inputs, hidden, outputs] = numbers.sizes;
const parameters = hidden * (inputs + 1) + outputs * (hidden + 1);
const weights = decoded(numbers.weights);
const palette = numbers.colours;

const activations = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  relu: (z) => (z > 0 ? z : 0),
  leaky_relu: (z) => (z > 0 ? z : numbers.leak * z),
  identity: (z) => z,
};
// From Z2 to A2, in place.
const outputFunctions = {
  sigmoid: (Z2) => { Z2[0] = activations.sigmoid(Z2[0]); },
  linear: () => {},
  softmax: (Z2) => {
    const highest = Z2.reduce((most, z) => Math.max(most, z), -Infinity);
    const total = Z2.reduce((sum, z, k) => sum + (Z2[k] = Math.exp(z - highest)), 0);
    Z2.forEach((power, k) => { Z2[k] = power / total; });
  },
};
const activation = activations[numbers.activation];
const outputFunction = outputFunctions[numbers.output];

// Little-endian float64, as the model file has them.
function decoded(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, n) => view.getFloat64(8 * n, true));
}

// The vector of all weights at a moment: [W1 | b1] row by row, then [W2 | b2].
function vectorAt(moment) {
  return weights.subarray(moment * parameters, (moment + 1) * parameters);
}

// Fills A2 from Z1, which it overwrites by A1.
function pass(vector, Z1, A2) {
  for (let j = 0; j < hidden; j++) Z1[j] = activation(Z1[j]);
  let place = hidden * (inputs + 1);
  for (let k = 0; k < outputs; k++, place++) {
    let sum = 0;
    for (let j = 0; j < hidden; j++, place++) sum += vector[place] * Z1[j];
    A2[k] = sum + vector[place];
  }
  outputFunction(A2);
}

// Z1 = origin + x · right + y · up of each hidden unit: what the inputs on the plane give.
function unitsOnPlane(vector, plane) {
  const along = (direction) => Float64Array.from({ length: hidden }, (_, j) =>
    direction.reduce((sum, value, i) => sum + vector[j * (inputs + 1) + i] * value, 0));
  const origin = along(plane.origin).map((z, j) => z + vector[j * (inputs + 1) + inputs]);
  return { origin, right: along(plane.right), up: along(plane.up) };
}

// Calls `of` for the middle of every cell of the plane, line by line from the top.
function overPlane(plane, [width, height], of) {
  const at = ([low, high], share) => low + (high - low) * share;
  for (let row = 0, cell = 0; row < height; row++) {
    const y = at(plane.y, 1 - (row + 0.5) / height);
    for (let column = 0; column < width; column++, cell++) {
      of(cell, at(plane.x, (column + 0.5) / width), y);
    }
  }
}

// The part of a colour from 0 (low) by ½ (middle) to 1 (high).
function diverging(value, part) {
  const distance = Math.min(1, 2 * Math.abs(value - 0.5));
  const end = value > 0.5 ? palette.high : palette.low;
  return palette.middle[part] + distance * (end[part] - palette.middle[part]);
}

function stretched(value, [low, high]) {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
}

// The part of the colour of the likeliest class, paler where in doubt.
function ofClasses(shares, part) {
  const most = shares.reduce((high, share) => Math.max(high, share), 0);
  const sure = (most - 1 / shares.length) / (1 - 1 / shares.length);
  const depth = palette.palest + (1 - palette.palest) * sure;
  const colour = palette.classes[shares.indexOf(most) % palette.classes.length];
  return 255 + depth * (colour[part] - 255);
}

const colourings = {
  number: (A2, part) => diverging(stretched(A2[0], numbers.plane.bounds), part),
  probability: (A2, part) => diverging(A2[A2.length - 1], part),
  classes: ofClasses,
};

// Draws into an image: `fill` sets each part of the colour of each cell.
function paint(image, [width, height], fill) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  fill((cell, part, value) => { pixels.data[4 * cell + part] = Math.round(value); });
  for (let cell = 0; cell < width * height; cell++) pixels.data[4 * cell + 3] = 255;
  context.putImageData(pixels, 0, 0);
  image.setAttribute("href", canvas.toDataURL());
}

function showPlane(vector) {
  const plane = numbers.plane;
  const units = unitsOnPlane(vector, plane);
  const [Z1, A2] = [new Float64Array(hidden), new Float64Array(outputs)];
  const colour = colourings[plane.kind];
  paint(document.querySelector("#boundary image"), plane.pixels, (set) => {
    overPlane(plane, plane.pixels, (cell, x, y) => {
      for (let j = 0; j < hidden; j++) Z1[j] = units.origin[j] + x * units.right[j] + y * units.up[j];
      pass(vector, Z1, A2);
      for (let part = 0; part < 3; part++) set(cell, part, colour(A2, part));
    });
  });
  for (const group of document.querySelectorAll("#network .unit")) {
    const j = Number(group.dataset.unit);
    const [width, height] = plane.unit_pixels;
    const found = new Float64Array(width * height);
    overPlane(plane, plane.unit_pixels, (cell, x, y) => {
      found[cell] = activation(units.origin[j] + x * units.right[j] + y * units.up[j]);
    });
    const bounds = ends(found);
    paint(group.querySelector("image"), plane.unit_pixels, (set) => {
      found.forEach((value, cell) => {
        for (let part = 0; part < 3; part++) set(cell, part, diverging(stretched(value, bounds), part));
      });
    });
  }
}

function ends(values) {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity]);
}

function showProfile(vector) {
  const { inputs: places, x, bounds, height, targets } = numbers.profile;
  const Z1At = (place) =>
    Float64Array.from({ length: hidden }, (_, j) => vector[2 * j] * place + vector[2 * j + 1]);
  const said = places.map((place) => {
    const A2 = new Float64Array(outputs);
    pass(vector, Z1At(place), A2);
    return A2;
  });
  document.querySelectorAll("#profile .curve").forEach((curve, k) => {
    const [offset, scale] = targets[k] ?? targets[0];
    curve.setAttribute("points", said.map((A2, at) => {
      const share = (A2[k] * scale + offset - bounds[0]) / (bounds[1] - bounds[0]);
      return `${x[at].toFixed(2)},${((1 - share) * height).toFixed(2)}`;
    }).join(" "));
  });
  for (const group of document.querySelectorAll("#network .unit")) {
    const found = places.map((place) => activation(Z1At(place)[Number(group.dataset.unit)]));
    group.querySelector("polyline").setAttribute("points", unitCurve(found));
  }
}

// The output of a unit along the input, from its lowest to its highest.
function unitCurve(found) {
  const { width, height, padding } = numbers.profile.unit;
  const bounds = ends(found);
  return found.map((value, at) => {
    const y = padding + (1 - stretched(value, bounds)) * (height - 2 * padding);
    return `${((width * at) / (found.length - 1)).toFixed(1)},${y.toFixed(1)}`;
  }).join(" ");
}

function showWeights(vector) {
  const { thinnest, widest, negative, positive } = numbers.lines;
  for (const element of document.querySelectorAll("[data-weight]")) {
    const value = vector[Number(element.dataset.weight)];
    const text = String(Number(value.toPrecision(4)));
    if (element.localName !== "path") {
      element.textContent = text;
      continue;
    }
    const share = Math.min(1, Math.abs(value) / Number(element.dataset.widest));
    element.setAttribute("stroke-width", (thinnest + (widest - thinnest) * share).toFixed(2));
    element.setAttribute("stroke", value < 0 ? negative : positive);
    element.setAttribute("stroke-dasharray", value < 0 ? "5 3" : "none");
    element.querySelector("title").textContent = `${element.dataset.name}: ${text}`;
  }
}

function show(moment) {
  const vector = vectorAt(moment);
  showWeights(vector);
  if (numbers.plane) showPlane(vector);
  if (numbers.profile) showProfile(vector);
  document.getElementById("now").setAttribute("transform", `translate(${numbers.epochs[moment]},0)`);
  document.getElementById("label").textContent = numbers.labels[moment];
  slider.setAttribute("aria-valuetext", numbers.labels[moment]);
}

const slider = document.getElementById("moment");
const play = document.getElementById("play");
const PAUSE = 400; // milliseconds between two moments
let playing = 0;

function stop() {
  clearTimeout(playing);
  playing = 0;
  play.textContent = "Play";
}

function go(moment) {
  slider.value = moment;
  show(moment);
  if (slider.value === slider.max) stop();
  else playing = setTimeout(() => go(moment + 1), PAUSE);
}

slider.addEventListener("input", () => {
  stop();
  show(Number(slider.value));
});
play.addEventListener("click", () => {
  if (playing) {
    stop();
    return;
  }
  play.textContent = "Stop";
  go(slider.value === slider.max ? 0 : Number(slider.value) + 1);
});
let opened = [];
addEventListener("beforeprint", () => {
  stop();
  opened = Array.from(document.querySelectorAll("details:not([open])"));
  opened.forEach((each) => { each.open = true; });
});
addEventListener("afterprint", () => {
  opened.forEach((each) => { each.open = false; });
});
document.getElementById("controls").hidden = false;
