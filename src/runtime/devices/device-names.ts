/** The devices that a person may name. Nothing is loaded for them: options are checked before anything else. */

/** The processor, any GPU through Vulkan, Metal or Direct3D 12, or an NVIDIA GPU through CUDA. */
export const devices = ['cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof devices)[number];

/** `auto` is the fastest that can be used. */
export const deviceNames = [...devices, 'auto'] as const;
export type DeviceName = (typeof deviceNames)[number];
