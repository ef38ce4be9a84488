import { byId, count, element, millis, number } from "./dom.js";

const ARMS = [["unguarded", "Without the guard"], ["guarded", "With the guard"]];

const percent = value => `${number(Math.round(value * 10) / 10)} %`;

/** One value for each arm and label; a value that is not there yet is null. */
const CHARTS = {
  violations: { title: "Violations in each round", unit: number, axis: "violations" },
  rate: { title: "Acknowledged calls per second in each round", unit: number, axis: "calls per second" },
  latency: { title: "How long the calls took", unit: percent, axis: "% of the calls", wide: true },
};

/** A colour of the style sheet as the canvas needs it, resolved for the present appearance. */
function colour(name) {
  const probe = element("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

class ArmsChart {
  constructor({ title, unit, axis, wide }) {
    this.unit = unit;
    this.figure = byId("chart").content.firstElementChild.cloneNode(true);
    this.figure.classList.toggle("wide", Boolean(wide));
    this.figure.querySelector("figcaption").textContent = title;
    this.figure.querySelector("summary").setAttribute("aria-label", `${title}, as a table`);
    this.canvas = this.figure.querySelector("canvas");
    this.title = title;
    this.axis = axis;
  }

  /** The canvas must be on the page, else it has no size. */
  open() {
    this.chart = new Chart(this.canvas, {
      type: "bar",
      data: { labels: [], datasets: ARMS.map(([, label]) => ({ label, data: [], borderRadius: 3, maxBarThickness: 28 })) },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        scales: {
          x: { grid: { display: false } },
          y: { beginAtZero: true, title: { display: true, text: this.axis }, border: { display: false }, ticks: { maxTicksLimit: 5 } },
        },
        plugins: {
          legend: { align: "start", labels: { boxWidth: 12, boxHeight: 12, useBorderRadius: true, borderRadius: 3 } },
          tooltip: { callbacks: { label: item => `${item.dataset.label}: ${this.unit(item.raw)}` } },
        },
      },
    });
    this.paint();
  }

  paint() {
    const { options, data } = this.chart;
    options.color = options.scales.y.title.color = options.scales.x.ticks.color = options.scales.y.ticks.color = colour("muted");
    options.scales.y.grid.color = colour("line");
    data.datasets.forEach((set, index) => {
      set.backgroundColor = colour(ARMS[index][0]);
    });
    this.chart.update();
  }

  show(labels, values, head, summary) {
    this.chart.data.labels = labels;
    this.chart.data.datasets.forEach((set, index) => {
      set.data = values[index];
    });
    this.chart.update();
    this.canvas.setAttribute("aria-label", `${this.title}. ${summary}`);
    this.table(labels, values, head);
  }

  table(labels, values, head) {
    const heads = [head, ...ARMS.map(([, label]) => label)];
    this.figure.querySelector("thead").replaceChildren(
      element("tr", {}, ...heads.map(textContent => element("th", { scope: "col", textContent }))));
    this.figure.querySelector("tbody").replaceChildren(...labels.map((textContent, index) => element("tr", {},
      element("th", { scope: "row", textContent }),
      ...values.map(arm => element("td", { textContent: arm[index] == null ? "–" : this.unit(arm[index]) })))));
  }
}

/** The charts of one run, drawn again with each round. */
export class Charts {
  constructor(section) {
    this.section = section;
    this.byName = Object.fromEntries(Object.entries(CHARTS).map(([name, chart]) => [name, new ArmsChart(chart)]));
    section.replaceChildren(...Object.values(this.byName).map(chart => chart.figure));
    document.addEventListener("appearance", () => this.opened && Object.values(this.byName).forEach(chart => chart.paint()));
  }

  show(run) {
    this.section.hidden = false;
    if (!this.opened) {
      this.opened = true;
      Object.values(this.byName).forEach(chart => chart.open());
    }
    this.perRound(run, "violations", round => round.violations);
    this.perRound(run, "rate", round => round.opsPerSecond);
    const finished = run.outcome.state === "finished";
    this.byName.latency.figure.hidden = !finished;
    if (finished) {
      this.latency(run.outcome.result);
    }
  }

  perRound(run, name, value) {
    const rounds = ARMS.map(([arm]) => run[arm].rounds.map(value));
    const most = Math.max(run.unguarded.planned, run.guarded.planned);
    const labels = Array.from({ length: most }, (_, index) => String(index + 1));
    const filled = rounds.map(values => labels.map((_, index) => values[index] ?? null));
    const told = ARMS.map(([, label], arm) => `${label}: ${rounds[arm].map(number).join(", ") || "nothing yet"}`);
    this.byName[name].show(labels.map(label => `Round ${label}`), filled, "Round", told.join(". "));
  }

  latency(result) {
    const histograms = ARMS.map(([arm]) => result[arm].latency.histogram);
    const edges = [...new Set(histograms.flat().map(bucket => bucket.upToMillis))].sort((a, b) => a - b);
    const shares = histograms.map((histogram, arm) => {
      const calls = new Map(histogram.map(bucket => [bucket.upToMillis, bucket.calls]));
      return edges.map(edge => ((calls.get(edge) ?? 0) * 100) / Math.max(1, result[ARMS[arm][0]].calls));
    });
    const told = ARMS.map(([arm, label]) =>
      `${label}: half of ${count(result[arm].calls, "call")} within ${millis(result[arm].latency.p50Millis)}, 99 of 100 within ${millis(result[arm].p99Millis)}`);
    this.byName.latency.show(edges.map(edge => `≤ ${millis(edge)}`), shares, "Time", told.join(". "));
  }
}
