/** The app's frame, errors, signing in. */
export const appTexts = {
  app: {
    researchUse: "Research use only. Not a medical device.",
    navigation: "Pages",
    skip: "Skip to the content",
    loading: "Loading …",
    again: "Try again",
    close: "Close",
    cancel: "Cancel",
    notLoaded: "This page can't be loaded",
    noPage: "Page not found.",
    signOut: (user: string) => `Sign out ${user}`,
  },
  places: {
    cases: "Cases",
    private: "Private mode",
    models: "Models",
    runs: "Runs",
    trail: "Trail",
    settings: "Settings",
  },
  scheme: { title: "Colours", system: "System", light: "Light", dark: "Dark" },
  messages: { title: "Messages", close: "Dismiss" },
  errors: {
    network: "The server does not respond. Check that it is running, and try again.",
    status: (status: number) => `The server returned status ${status}.`,
  },
  labels: { name: (label: string) => label },
  signIn: { title: "Sign in", name: "Name", password: "Password", enter: "Sign in" },
};
