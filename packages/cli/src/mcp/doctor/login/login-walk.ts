import type { Walk } from '../walk/walk.ts';
import type { Callback } from './callback.ts';

/** A walk whose user is there to decide. */
export type LoginWalk = Walk & {
  readonly callback: Callback;
  readonly tell: (url: string) => void;
  /** Ends the wait for the person. */
  readonly waiting: AbortSignal;
  /** Ends everything. */
  readonly stopped: AbortSignal;
  granted: Granted;
};

type Granted = {
  readonly code?: string;
  readonly iss?: string | undefined;
  readonly verifier?: string;
  readonly accessToken?: string;
  readonly refreshToken?: string | undefined;
};
