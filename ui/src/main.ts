import { mount } from "svelte";
import App from "./App.svelte";
import "./tokens.css";
import "./parts.css";
import "./screens.css";

const target = document.getElementById("app");
if (target) mount(App, { target });
