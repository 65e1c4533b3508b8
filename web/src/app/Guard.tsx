import { Component, type ReactNode } from "react";

interface GuardProps {
  /** What stands in when the children fail. */
  fallback: ReactNode;
  children: ReactNode;
}

/** Keeps a failure of one part from taking the page with it. */
export class Guard extends Component<GuardProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children;
  }
}
