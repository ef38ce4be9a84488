import { ask } from "./js/api.js";
import { byId, element } from "./js/dom.js";
import { Gallery } from "./js/gallery.js";
import { SceneView } from "./js/scene.js";

/** Shows what the address names: `#/` the gallery, `#/name` a scene. Other fragments stay on the page. */
function route(lab, scenes, view) {
  const name = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
  const index = scenes.findIndex(scene => scene.name === name);
  if (index < 0 && location.hash && !location.hash.startsWith("#/")) {
    return;
  }
  const scene = scenes[index];
  byId("gallery").hidden = Boolean(scene);
  byId("scene").hidden = !scene;
  if (scene) {
    const neighbour = step => scenes[(index + step + scenes.length) % scenes.length];
    view.open(scene, lab.themes.find(theme => theme.name === scene.theme), neighbour(-1), neighbour(1));
  }
  document.title = scene ? `${scene.title} – Race Lab` : "Race Lab";
}

async function open() {
  const [servers, lab, scenes] = (await Promise.all(["/api/servers", "/api/lab", "/api/scenes"].map(address => ask(address))))
    .map(answer => answer.body);
  byId("servers").replaceChildren(...servers.map(({ name, version, port }) =>
    element("li", { textContent: `${name} ${version}`, title: `on port ${port}` })));
  const order = lab.themes.map(theme => theme.name);
  scenes.sort((a, b) => order.indexOf(a.theme) - order.indexOf(b.theme));
  const gallery = new Gallery(lab, scenes);
  const view = new SceneView(lab, run => gallery.tell(run));
  route(lab, scenes, view);
  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#/") || !location.hash) {
      route(lab, scenes, view);
      scrollTo(0, 0);
      byId(byId("scene").hidden ? "gallery-title" : "scene-title").focus();
    }
  });
  await Promise.all(scenes.flatMap(scene => scene.runs).map(address => view.follow(address)));
}

open().catch(error => {
  byId("trouble").textContent = error.message;
  byId("trouble").hidden = false;
});
