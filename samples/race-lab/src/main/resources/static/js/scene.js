import { ask, Refusal, start } from "./api.js";
import { Charts } from "./charts.js";
import { byId, count, element, millis, number, write } from "./dom.js";
import { showBoth, showPlain } from "./source.js";

const POLL_MILLIS = 200;
const KEPT = "race-lab.";
const FIELDS = ["callers", "rounds"];
const ARMS = ["unguarded", "guarded"];

const sum = (rounds, figure) => rounds.reduce((total, round) => total + round[figure], 0);

function findings(arm, result) {
  const details = arm.querySelector(".findings");
  const lines = result ? [...result.findings, ...result.troubles] : [];
  details.hidden = lines.length === 0;
  details.querySelector("summary").textContent = `What was found (${lines.length})`;
  details.querySelector("ul").replaceChildren(...lines.map(textContent => element("li", { textContent })));
}

/** The last round in words, or at the end both arms, for whoever does not see the figures change. */
function told(run) {
  const titled = (arm, rest) => `${byId(`${arm}-title`).textContent}${rest}.`;
  if (run.outcome.state === "finished") {
    return ["Finished.", ...ARMS.map(arm => titled(arm, `: ${count(sum(run[arm].rounds, "violations"), "violation")}`))].join(" ");
  }
  const arm = run.guarded.rounds.length > 0 ? "guarded" : "unguarded";
  const last = run[arm].rounds.at(-1);
  return last
    ? titled(arm, `, round ${last.round}: ${count(last.violations, "violation")}`)
    : `${run.callers} callers start at the same instant.`;
}

/** One scene: its two arms, its code, and its last run. */
export class SceneView {
  constructor(lab, told) {
    this.told = told;
    this.runs = new Map();
    this.arms = Object.fromEntries(ARMS.map(name => [name, document.querySelector(`[data-arm=${name}]`)]));
    Object.values(this.arms).forEach(arm => arm.append(byId("arm").content.cloneNode(true)));
    this.prepare("rounds", lab.rounds);
    FIELDS.forEach(field => byId(field).addEventListener("input", () => this.accept(field)));
    byId("run").addEventListener("submit", event => {
      event.preventDefault();
      this.run();
    });
  }

  prepare(field, bounds) {
    const input = byId(field);
    input.min = bounds.least;
    input.max = bounds.most;
    input.value ||= localStorage.getItem(KEPT + field) ?? bounds.usual;
    this.accept(field);
  }

  accept(field) {
    const input = byId(field);
    input.removeAttribute("aria-invalid");
    byId(`${field}-hint`).textContent = `${input.min} to ${input.max}`;
  }

  open(scene, theme, previous, next) {
    this.scene = scene;
    byId("scene-theme").textContent = theme.title;
    byId("scene-title").textContent = scene.title;
    byId("scene-problem").textContent = scene.problem;
    byId("scene-guard").textContent = scene.guard;
    this.link("previous", `← ${previous.title}`, previous);
    this.link("next", `${next.title} →`, next);
    showBoth(scene.code, byId("source-unguarded"), byId("source-guarded"));
    byId("source-shared").hidden = !scene.code.body;
    showPlain(scene.code.body, byId("source-body"));
    this.prepare("callers", scene.callers);
    this.charts = new Charts(byId("charts"));
    this.say("");
    this.show(this.runs.get(scene.name));
  }

  link(id, text, scene) {
    byId(id).textContent = text;
    byId(id).href = `#/${scene.name}`;
  }

  async run() {
    const scene = this.scene;
    if (this.isRunning(scene)) {
      return;
    }
    FIELDS.forEach(field => this.accept(field));
    this.say("");
    try {
      const { body, location } = await start(scene, byId("callers").value, byId("rounds").value);
      FIELDS.forEach(field => localStorage.setItem(KEPT + field, byId(field).value));
      this.keep(body);
      await this.follow(location);
    } catch (error) {
      this.refused(scene, error);
    }
  }

  isRunning(scene) {
    return this.runs.get(scene.name)?.outcome.state === "running";
  }

  async follow(address) {
    for (;;) {
      const { body } = await ask(address);
      this.keep(body);
      if (body.outcome.state !== "running") {
        return;
      }
      await new Promise(resolve => setTimeout(resolve, POLL_MILLIS));
    }
  }

  keep(run) {
    this.runs.set(run.scene, run);
    this.told(run);
    if (this.scene?.name === run.scene) {
      this.show(run);
    }
  }

  refused(scene, error) {
    if (this.scene !== scene) {
      return;
    }
    const field = error instanceof Refusal && error.problem.field;
    if (field) {
      byId(field).setAttribute("aria-invalid", "true");
      byId(field).focus();
      byId(`${field}-hint`).textContent = `Must be ${error.problem.rule}: ${error.problem.remedy}`;
    }
    this.say(error.message, "bad");
  }

  // aria-disabled instead of disabled: the button keeps the keyboard focus while the run goes on.
  show(run) {
    const running = run?.outcome.state === "running";
    byId("start").setAttribute("aria-disabled", String(running));
    byId("start").textContent = running ? "Running …" : run ? "Run it again" : "Run the race";
    ARMS.forEach(name => this.showArm(name, run));
    this.verdict(run?.outcome);
    if (run) {
      this.charts.show(run);
      this.say(told(run));
    } else {
      byId("charts").hidden = true;
    }
  }

  showArm(name, run) {
    const arm = this.arms[name];
    const { planned = 1, rounds = [] } = run?.[name] ?? {};
    const result = run?.outcome.result?.[name];
    const violations = sum(rounds, "violations");
    const known = rounds.length > 0;
    const write = (figure, text) => {
      arm.querySelector(`[data-figure=${figure}]`).textContent = text ?? "–";
    };
    write("violations", known ? number(violations) : null);
    write("stage", this.stage(name, run, planned, rounds));
    ["calls", "acknowledged", "refused", "failed"].forEach(figure => write(figure, known ? number(sum(rounds, figure)) : null));
    write("rate", result && number(Math.round(result.opsPerSecond)));
    write("p50", result && millis(result.latency.p50Millis));
    write("p99", result && millis(result.p99Millis));
    write("max", result && millis(result.latency.maxMillis));
    arm.querySelector(".score span").textContent = violations === 1 ? "violation" : "violations";
    arm.classList.toggle("clean", known && violations === 0);
    arm.classList.toggle("broken", violations > 0);
    const progress = arm.querySelector("progress");
    progress.max = planned;
    progress.value = rounds.length;
    progress.setAttribute("aria-label", `Rounds ${arm.querySelector("h2").textContent.toLowerCase()}`);
    findings(arm, result);
  }

  stage(name, run, planned, rounds) {
    if (!run) {
      return "Not run yet";
    }
    if (run.outcome.state !== "running" || rounds.length >= planned) {
      return `${count(rounds.length, "round")}, ${run.callers} callers`;
    }
    const waits = name === "guarded" && run.unguarded.rounds.length < run.unguarded.planned;
    return waits ? "Waits for the other arm" : `Round ${rounds.length + 1} of ${planned}, ${run.callers} callers`;
  }

  verdict(outcome) {
    const verdict = byId("verdict");
    verdict.hidden = !outcome || outcome.state === "running";
    if (verdict.hidden) {
      return;
    }
    const shortcomings = outcome.state === "broken"
      ? [`the run did not come to its end: ${outcome.reason}`]
      : outcome.shortcomings;
    verdict.className = shortcomings.length ? "notice bad" : "notice good";
    verdict.textContent = shortcomings.length
      ? `Not as expected: ${shortcomings.join(". ")}.`
      : "The race shows without the guard and is gone with it.";
  }

  say(text, className = "") {
    write(byId("message"), text);
    byId("message").className = `message ${className}`;
  }
}
