"use strict";

// Draws the network, its units and what it says anew for another moment of the training, from the
// weights in the page. Everything that this script writes are numbers and colours.

const numbers = JSON.parse(document.getElementById("numbers").textContent);
const [inputs, hidden, outputs] = numbers.sizes;
const size = hidden * (inputs + 1) + outputs * (hidden + 1);
const weights = decoded(numbers.weights);

const activations = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  relu: (z) => (z > 0 ? z : 0),
  leaky_relu: (z) => (z > 0 ? z : numbers.leak * z),
  identity: (z) => z,
};
const activation = activations[numbers.activation];

// Little-endian float64, as the model file has them.
function decoded(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, n) => view.getFloat64(8 * n, true));
}

// The vector of all weights at a moment: [W1 | b1] row by row, then [W2 | b2].
function vectorAt(moment) {
  return weights.subarray(moment * size, (moment + 1) * size);
}

// A2 from the Z1 of all hidden units.
function output(vector, Z1) {
  const A1 = Z1.map(activation);
  const start = hidden * (inputs + 1);
  const Z2 = Array.from({ length: outputs }, (_, k) => {
    const row = start + k * (hidden + 1);
    return A1.reduce((sum, a, j) => sum + vector[row + j] * a, vector[row + hidden]);
  });
  if (numbers.output === "sigmoid") return Z2.map(activations.sigmoid);
  if (numbers.output === "linear") return Z2;
  const highest = Math.max(...Z2);
  const powers = Z2.map((z) => Math.exp(z - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

// Z1 = origin + x · right + y · up for each hidden unit, as the inputs on the plane are.
function unitsOnPlane(vector, plane) {
  return Array.from({ length: hidden }, (_, j) => {
    const row = j * (inputs + 1);
    const along = (direction) =>
      direction.reduce((sum, value, i) => sum + vector[row + i] * value, 0);
    return [along(plane.origin) + vector[row + inputs], along(plane.right), along(plane.up)];
  });
}

// What `of` says at the middle of every cell of the plane, from the upper left.
function overPlane(plane, [width, height], of) {
  const at = ([low, high], share) => low + (high - low) * share;
  const found = [];
  for (let row = 0; row < height; row++) {
    const y = at(plane.y, 1 - (row + 0.5) / height);
    for (let column = 0; column < width; column++) {
      found.push(of(at(plane.x, (column + 0.5) / width), y));
    }
  }
  return found;
}

// From 0 (low) by ½ (middle) to 1 (high).
function diverging(value) {
  const { low, middle, high } = numbers.colours;
  const distance = Math.min(1, 2 * Math.abs(value - 0.5));
  const end = value > 0.5 ? high : low;
  return middle.map((part, n) => part + distance * (end[n] - part));
}

// The colour of the likeliest class, paler where in doubt.
function ofClasses(shares) {
  const { classes, palest } = numbers.colours;
  const most = Math.max(...shares);
  const sure = (most - 1 / shares.length) / (1 - 1 / shares.length);
  const depth = palest + (1 - palest) * sure;
  return classes[shares.indexOf(most) % classes.length].map((part) => 255 + depth * (part - 255));
}

function ends(values) {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity]);
}

function stretched(value, [low, high]) {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
}

function colourOf(A2, bounds) {
  if (bounds) return diverging(stretched(A2[0], bounds));
  return A2.length === 1 ? diverging(A2[0]) : ofClasses(A2);
}

function paint(image, colours, [width, height]) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  colours.forEach((colour, n) => {
    pixels.data.set([...colour.map(Math.round), 255], 4 * n);
  });
  context.putImageData(pixels, 0, 0);
  image.setAttribute("href", canvas.toDataURL());
}

function showPlane(vector) {
  const plane = numbers.plane;
  const units = unitsOnPlane(vector, plane);
  const colours = overPlane(plane, plane.pixels, (x, y) =>
    colourOf(output(vector, units.map(([c, r, u]) => c + x * r + y * u)), plane.bounds));
  paint(document.querySelector("#boundary image"), colours, plane.pixels);
  for (const group of document.querySelectorAll("#network .unit")) {
    const [c, r, u] = units[Number(group.dataset.unit)];
    const found = overPlane(plane, plane.unit_pixels, (x, y) => activation(c + x * r + y * u));
    const bounds = ends(found);
    const shown = found.map((value) => diverging(stretched(value, bounds)));
    paint(group.querySelector("image"), shown, plane.unit_pixels);
  }
}

function showProfile(vector) {
  const { inputs: places, x, bounds, height, targets } = numbers.profile;
  const Z1 = places.map((place) =>
    Array.from({ length: hidden }, (_, j) => vector[2 * j] * place + vector[2 * j + 1]));
  const said = Z1.map((column) => output(vector, column));
  document.querySelectorAll("#profile .curve").forEach((curve, k) => {
    const [offset, scale] = targets[k] ?? targets[0];
    curve.setAttribute("points", said.map((A2, at) => {
      const share = (A2[k] * scale + offset - bounds[0]) / (bounds[1] - bounds[0]);
      return `${x[at].toFixed(2)},${((1 - share) * height).toFixed(2)}`;
    }).join(" "));
  });
  for (const group of document.querySelectorAll("#network .unit")) {
    const found = Z1.map((column) => activation(column[Number(group.dataset.unit)]));
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
let playing = 0;

function stop() {
  clearInterval(playing);
  playing = 0;
  play.textContent = "Play";
}

function go(moment) {
  slider.value = moment;
  show(moment);
  if (slider.value === slider.max) stop();
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
  playing = setInterval(() => go(Number(slider.value) + 1), 400);
  go(slider.value === slider.max ? 0 : Number(slider.value) + 1);
});
addEventListener("beforeprint", () => {
  stop();
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
});
document.getElementById("controls").hidden = numbers.labels.length < 2;
