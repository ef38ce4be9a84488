import { byId, count, element } from "./dom.js";

/** The scenes by problem, narrowed by what is searched for. */
export class Gallery {
  constructor(lab, scenes) {
    this.groups = lab.themes
      .map(theme => this.group(theme, scenes.filter(scene => scene.theme === theme.name)))
      .filter(group => group.cards.length > 0);
    byId("themes").replaceChildren(...this.groups.map(group => group.section));
    byId("theme").append(...this.groups.map(({ theme }) => element("option", { value: theme.name, textContent: theme.title })));
    byId("search").addEventListener("input", () => this.narrow());
    byId("theme").addEventListener("change", () => this.narrow());
    document.querySelector(".finder").addEventListener("submit", event => event.preventDefault());
    this.narrow();
  }

  group(theme, scenes) {
    const cards = scenes.map(scene => this.card(theme, scene));
    const title = element("h2", { id: `theme-${theme.name}`, textContent: theme.title });
    const section = element("section", { className: "theme" },
      element("header", {}, title, element("p", { textContent: theme.summary })),
      element("ul", { className: "cards" }, ...cards.map(card => card.item)));
    section.setAttribute("aria-labelledby", title.id);
    return { theme, section, cards };
  }

  card(theme, scene) {
    const state = element("span", { className: "state" });
    const guards = scene.guard.split("\n").map(guard => element("code", { textContent: guard.replace(/\(.*/s, "") }));
    const item = element("li", {},
      element("a", { href: `#/${scene.name}`, className: "card" },
        element("h3", { textContent: scene.title }),
        element("p", { textContent: scene.problem }),
        element("span", { className: "chips" }, ...guards),
        state));
    const words = [scene.name, scene.title, scene.problem, scene.guard, theme.title].join(" ").toLowerCase();
    return { scene, item, state, words };
  }

  narrow() {
    const wanted = byId("search").value.toLowerCase().split(/\s+/);
    const theme = byId("theme").value;
    let found = 0;
    for (const group of this.groups) {
      const groupIsWanted = !theme || theme === group.theme.name;
      let shown = 0;
      for (const card of group.cards) {
        card.item.hidden = !(groupIsWanted && wanted.every(word => card.words.includes(word)));
        shown += card.item.hidden ? 0 : 1;
      }
      group.section.hidden = shown === 0;
      found += shown;
    }
    byId("found").textContent = found === 0 ? "No scene fits. Try fewer letters." : count(found, "scene");
  }

  /** Tells on the scene's card what its last run has shown. */
  tell(run) {
    const card = this.groups.flatMap(group => group.cards).find(({ scene }) => scene.name === run.scene);
    const { state, result, shortcomings } = run.outcome;
    if (state === "running") {
      card.state.textContent = "Running …";
    } else if (state === "broken") {
      card.state.textContent = "Did not come to its end";
    } else {
      card.state.replaceChildren(
        element("b", { className: "unguarded", textContent: count(result.unguarded.violations, "violation") }),
        " → ",
        element("b", { className: shortcomings.length ? "bad" : "guarded", textContent: String(result.guarded.violations) }));
    }
  }
}
