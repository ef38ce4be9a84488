/** A request the lab refused; `problem` is its problem detail. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || `The Race Lab answered ${status}.`);
    this.problem = problem;
  }
}

export async function ask(address, method = "GET") {
  let response;
  try {
    response = await fetch(address, { method, headers: { Accept: "application/json" } });
  } catch {
    throw new Error("The Race Lab does not answer. Is it still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refusal(response.status, body);
  }
  return { body, location: response.headers.get("Location") };
}

export function start(scene, callers, rounds) {
  const query = new URLSearchParams({ callers, rounds });
  return ask(`/api/scenes/${encodeURIComponent(scene.name)}/runs?${query}`, "POST");
}
