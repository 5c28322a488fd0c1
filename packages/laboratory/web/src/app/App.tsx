import { MessagesProvider } from "./messages.tsx";
import { Pages } from "./Pages.tsx";
import { SessionProvider } from "./session.tsx";

/** The app. */
export function App() {
  return (
    <MessagesProvider>
      <SessionProvider>
        <Pages />
      </SessionProvider>
    </MessagesProvider>
  );
}
