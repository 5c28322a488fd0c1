import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { applyScheme, storedScheme } from "./app/scheme.ts";
import { speak, storedLanguage } from "./language/words.ts";
import "./styles/index.css";

applyScheme(storedScheme());
await speak(storedLanguage());
createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
