/** Where the agent dials on the control plane: one WebSocket, over which the roles turn and HTTP/2 is spoken. */
export const AGENT_LINK_PATH = '/api/v2/workspaceagents/me/link';

/** The header that carries the agent's token when it dials. */
export const AGENT_TOKEN_HEADER = 'Coder-Session-Token';

/** The routes the agent answers over the link. The control plane calls; the agent calls nothing. */
export const agentPaths = {
  /** GET: AgentInfo. */
  info: '/v1/agent',
  /** PUT Manifest: ManifestApplied. */
  manifest: '/v1/manifest',
  /** GET ?after=seq: endless NDJSON, first an EventsHello, then AgentEvent lines. */
  events: '/v1/events',
  /** POST Shutdown: ShutdownAccepted. */
  shutdown: '/v1/shutdown',
  /** POST StartProcess: ProcessResult. GET: ProcessList. */
  processes: '/v1/processes',
  /** GET ?wait_ms=: Process. */
  process: (id: string) => `/v1/processes/${encodeURIComponent(id)}`,
  /** GET OutputQuery: ProcessOutput. */
  processOutput: (id: string) => `/v1/processes/${encodeURIComponent(id)}/output`,
  /** GET ?after=cursor: frames (see ProcessFrame) until the process has ended and all its output is sent. */
  processStream: (id: string) => `/v1/processes/${encodeURIComponent(id)}/stream`,
  /** POST ?close=true, raw body: StdinWritten. The body may be an endless stream. */
  processStdin: (id: string) => `/v1/processes/${encodeURIComponent(id)}/stdin`,
  /** POST SignalProcess: Process. */
  processSignal: (id: string) => `/v1/processes/${encodeURIComponent(id)}/signal`,
  /** POST TerminalSize: Process. */
  processResize: (id: string) => `/v1/processes/${encodeURIComponent(id)}/resize`,
  /** POST FileStat: FileInfo. */
  fileStat: '/v1/files/stat',
  /** POST FileList: FileListing. */
  fileList: '/v1/files/list',
  /** POST FileReadLines: FileLines. */
  fileReadLines: '/v1/files/read-lines',
  /** POST FileReadBytes: FileBytes. */
  fileReadBytes: '/v1/files/read-bytes',
  /** POST FileWrite: FileWritten. */
  fileWrite: '/v1/files/write',
  /** POST FileEdit: FileEdited. */
  fileEdit: '/v1/files/edit',
  /** POST FileMove: FileInfo. */
  fileMove: '/v1/files/move',
  /** POST FileRemove: FileRemoved. */
  fileRemove: '/v1/files/remove',
  /** POST FileMkdir: FileInfo. */
  fileMkdir: '/v1/files/mkdir',
  /** POST FileSearch: FileMatches. */
  fileSearch: '/v1/files/search',
  /** PUT ?FileUpload, raw body: FileWritten. */
  fileUpload: '/v1/files/upload',
  /** GET ?FileDownload: raw body; headers etag, x-file-mode; trailer x-content-sha256 (hex). */
  fileDownload: '/v1/files/download',
  /**
   * GET ?FileArchiveFor: raw body, an uncompressed tar of a folder; trailer x-content-sha256 (hex), which is empty for one that
   * is not complete, with the reason in the trailer x-agent-error.
   */
  fileArchive: '/v1/files/archive',
  /** PUT ?FileUnpack, raw body, an uncompressed tar: FileUnpacked. */
  fileUnpack: '/v1/files/unpack',
  /** GET: PortList. An HTTP/2 CONNECT to `127.0.0.1:<port>` opens a tunnel to one. */
  ports: '/v1/ports',
  /** GET ?since=ISO: StatsHistory. */
  stats: '/v1/stats',
  /** GET: TerminalList. */
  terminals: '/v1/terminals',
  /** POST ?TerminalAttach: request body TerminalFrame frames, response raw bytes. DELETE: ends the terminal. */
  terminal: (id: string) => `/v1/terminals/${encodeURIComponent(id)}`,
} as const;

/**
 * The trailer of a body that is sent, either way: the SHA-256 of its bytes, in hex. What arrives with another sum is
 * refused, and nothing of it is kept.
 */
export const SHA256_TRAILER = 'x-content-sha256';
/** The trailer of a body that turned out not to be complete: an `AgentErrorBody`, as JSON in percent-encoding. */
export const ERROR_TRAILER = 'x-agent-error';
/** The header of a download: the file's mode, in octal. */
export const FILE_MODE_HEADER = 'x-file-mode';
/** The header of an answer whose body is a file's bytes: what is known of them (`FileBytesHead`), as JSON in percent-encoding. */
export const FILE_BYTES_HEADER = 'x-file-bytes';
