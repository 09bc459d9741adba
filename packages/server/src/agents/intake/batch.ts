import type { AgentEvent, StatsSample } from '@coder/api/agent';

type Of<T extends AgentEvent['type']> = Extract<AgentEvent, { type: T }>;

/** A batch of events, sorted by what is done with them. Where only the newest matters, only the newest is kept. */
export interface SortedEvents {
  lifecycle: Of<'lifecycle'>[];
  logs: Of<'log'>[];
  /** By app id. */
  appHealth: Map<string, Of<'app_health'>>;
  /** By key. */
  metadata: Map<string, Of<'metadata'>>;
  samples: StatsSample[];
  /** When the workspace was last seen in use. */
  activeAt: Date | undefined;
}

export function sortEvents(events: readonly AgentEvent[]): SortedEvents {
  const sorted: SortedEvents = {
    lifecycle: [],
    logs: [],
    appHealth: new Map(),
    metadata: new Map(),
    samples: [],
    activeAt: undefined,
  };
  for (const event of events) {
    switch (event.type) {
      case 'lifecycle':
        sorted.lifecycle.push(event);
        break;
      case 'log':
        sorted.logs.push(event);
        break;
      case 'app_health':
        sorted.appHealth.set(event.app_id, event);
        break;
      case 'metadata':
        sorted.metadata.set(event.key, event);
        break;
      case 'stats':
        sorted.samples.push(event.sample);
        break;
      case 'activity':
        sorted.activeAt = new Date(event.at);
    }
  }
  return sorted;
}
