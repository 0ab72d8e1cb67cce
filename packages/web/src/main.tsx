import { render } from "preact";
import "./style/page.css";
import { App } from "./app.tsx";

render(<App />, document.getElementById("app")!);
