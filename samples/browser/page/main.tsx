import { render } from "preact";
import { App } from "./app.tsx";
import { startEngine } from "./engine.ts";

const root = document.getElementById("app");
if (root !== null) render(<App engine={startEngine()} />, root);
