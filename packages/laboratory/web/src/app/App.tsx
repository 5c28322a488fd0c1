import { useLanguage } from "../language/useLanguage.ts";
import { UploadsProvider } from "../uploads/uploads.tsx";
import { MessagesProvider } from "./messages.tsx";
import { Pages } from "./Pages.tsx";
import { SessionProvider } from "./session.tsx";

/** The app. */
export function App() {
  useLanguage();
  return (
    <MessagesProvider>
      <SessionProvider>
        <UploadsProvider>
          <Pages />
        </UploadsProvider>
      </SessionProvider>
    </MessagesProvider>
  );
}
