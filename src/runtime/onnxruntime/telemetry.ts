/**
 * ONNX Runtime's telemetry, off unless the user turns it on. Its official builds record processes, models and their metadata since 1.29 on Linux and
 * macOS too, and send them to their maker; they read the environment once, when the library is loaded.
 */
import { koffi } from '../../support/koffi.js';

const variable = 'ORT_DISABLE_TELEMETRY';

/** True when the user wants telemetry: `ORT_DISABLE_TELEMETRY=0`. Every other value, and none, mean no. */
export function wantsTelemetry(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment[variable] === '0';
}

/**
 * Sets the variable where native code sees it, before the library is loaded. `process.env` of a worker thread is a copy that no native code reads, so
 * the C library is called, on Windows the system.
 */
export function disableTelemetry(): void {
  const value = wantsTelemetry() ? '0' : '1';
  const isSet =
    process.platform === 'win32'
      ? (koffi.load('kernel32.dll').func('SetEnvironmentVariableW', 'bool', ['str16', 'str16'])(variable, value) as boolean)
      : koffi.load(null).func('setenv', 'int', ['str', 'str', 'int'])(variable, value, 1) === 0;
  if (!isSet) throw new Error(`Cannot set ${variable} for ONNX Runtime, which would record what it computes.`);
}
