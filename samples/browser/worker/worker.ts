import { expose } from "comlink";
import { Workspace } from "./workspace.ts";

expose(new Workspace());
