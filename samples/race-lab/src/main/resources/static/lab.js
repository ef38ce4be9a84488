"use strict";

const POLL_MILLIS = 250;

const ROWS = [
  ["Rounds", arm => number(arm.rounds)],
  ["Calls", arm => number(arm.calls)],
  ["Acknowledged", arm => number(arm.acknowledged)],
  ["Refused", arm => number(arm.refused)],
  ["Failed", arm => number(arm.failed), arm => arm.troubles],
  ["Violations", arm => number(arm.violations), arm => arm.findings, arm => (arm.violations === 0 ? "good" : "bad")],
  ["Acknowledged calls per second", arm => number(arm.opsPerSecond)],
  ["99th percentile, ms", arm => number(arm.p99Millis)],
];

function number(value) {
  return value.toLocaleString("en");
}

function element(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) {
    made.className = className;
  }
  return made;
}

async function ask(address, method = "GET") {
  let response;
  try {
    response = await fetch(address, { method, headers: { Accept: "application/json" } });
  } catch {
    throw new Error("The Race Lab does not answer. Is it still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(body.detail || `The Race Lab answered ${response.status}.`);
  }
  return { body, location: response.headers.get("Location") };
}

function cell(arm, [, value, details, className]) {
  const made = element("td", "");
  made.append(element("span", value(arm), className && className(arm)));
  for (const detail of details ? details(arm) : []) {
    made.append(element("small", detail));
  }
  return made;
}

class SceneCard {
  constructor(scene) {
    this.scene = scene;
    this.section = document.getElementById("scene").content.firstElementChild.cloneNode(true);
    this.button = this.part("button");
    this.message = this.part(".message");
    this.part("h2").textContent = scene.title;
    this.part("h2").id = `scene-${scene.name}`;
    this.section.setAttribute("aria-labelledby", `scene-${scene.name}`);
    this.part(".problem").textContent = scene.problem;
    this.part(".difference code").textContent = scene.guard;
    this.part(".unguarded").textContent = scene.code.unguarded;
    this.part(".guarded").textContent = scene.code.guarded;
    this.button.setAttribute("aria-label", `Run: ${scene.title}`);
    this.button.addEventListener("click", () => this.run());
  }

  part(selector) {
    return this.section.querySelector(selector);
  }

  async run() {
    if (this.busy) {
      return;
    }
    await this.whileBusy(async () => {
      const { body, location } = await ask(`/api/scenes/${encodeURIComponent(this.scene.name)}/runs`, "POST");
      this.show(body);
      await this.follow(location);
    });
  }

  async resume() {
    for (const address of this.scene.runs) {
      await this.whileBusy(() => this.follow(address));
    }
  }

  // aria-disabled instead of disabled: the button keeps the keyboard focus while the run goes on.
  async whileBusy(work) {
    this.busy = true;
    this.button.setAttribute("aria-disabled", "true");
    this.say("");
    try {
      await work();
    } catch (error) {
      this.say(error.message, "bad");
    } finally {
      this.busy = false;
      this.button.removeAttribute("aria-disabled");
    }
  }

  async follow(address) {
    for (;;) {
      const { body } = await ask(address);
      this.show(body);
      if (body.outcome.state !== "running") {
        return;
      }
      await new Promise(resolve => setTimeout(resolve, POLL_MILLIS));
    }
  }

  show(run) {
    const outcome = run.outcome;
    this.part(".progress").replaceChildren(...run.progress.map(line => element("li", line)));
    this.part(".result").hidden = outcome.state !== "finished";
    if (outcome.state === "running") {
      this.say("Running …");
    } else if (outcome.state === "broken") {
      this.say(`The run did not come to its end: ${outcome.reason}`, "bad");
    } else {
      this.say("Finished.");
      this.showResult(outcome);
    }
  }

  showResult({ result, shortcomings }) {
    const verdict = this.part(".verdict");
    verdict.className = shortcomings.length ? "verdict bad" : "verdict good";
    verdict.textContent = shortcomings.length
      ? `Not as expected: ${shortcomings.join(". ")}.`
      : "The race shows without the guard and is gone with it.";
    this.part("tbody").replaceChildren(...ROWS.map(row => {
      const line = document.createElement("tr");
      const head = element("th", row[0]);
      head.scope = "row";
      line.append(head, cell(result.unguarded, row), cell(result.guarded, row));
      return line;
    }));
  }

  say(text, className = "") {
    if (this.message.textContent !== text) {
      this.message.textContent = text;
    }
    this.message.className = `message ${className}`;
  }
}

async function open() {
  try {
    const servers = (await ask("/api/servers")).body;
    document.getElementById("servers").replaceChildren(
      ...servers.map(server => element("li", `${server.name} ${server.version}, port ${server.port}`)));
    const cards = (await ask("/api/scenes")).body.map(scene => new SceneCard(scene));
    document.getElementById("scenes").append(...cards.map(card => card.section));
    cards.forEach(card => card.resume());
  } catch (error) {
    const trouble = document.getElementById("trouble");
    trouble.textContent = error.message;
    trouble.hidden = false;
  }
}

open();
