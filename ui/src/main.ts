import { mount } from "svelte";
import App from "./App.svelte";
import "./tokens.css";
import "./parts.css";
import "./screens.css";
import { followThePage } from "./words/index.svelte";

followThePage();
const target = document.getElementById("app");
if (target) mount(App, { target });
