/**
 * Places of CLIP's published weights (Radford et al. 2021, arXiv 2103.00020), as data. OpenAI's files and their SHA-256 are those of
 * openai/CLIP, clip/clip.py; the copies on the Hugging Face hub are those that open_clip's pretrained.py names for `openai`, in
 * single precision. Revisions and SHA-256 of the copies are as others have recorded them, two or more of each.
 */
import type { PublishedFile, PublishedWeights } from '../published-weights.js';

interface Original {
  readonly name: string;
  readonly sha256: string;
}

function clipWeights(original: Original, hub: Omit<PublishedFile, 'name'>): PublishedWeights {
  const licence = { name: 'MIT', bindsDerivatives: false };
  return { origin: 'https://github.com/openai/CLIP', licence, original, hub: { ...hub, name: 'open_clip_model.safetensors' } };
}

export const publishedClip = {
  rn50: clipWeights(
    { name: 'RN50.pt', sha256: 'afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762' },
    {
      repository: 'timm/resnet50_clip.openai',
      revision: 'ec3d92cf63a5f9d591f0d611b736895966c73076',
      sha256: 'da0baa37fb2211eee5729ab69ed587eb10d48f5b7076ceeed01552fc3d4cb4ee',
    },
  ),
  rn101: clipWeights(
    { name: 'RN101.pt', sha256: '8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599' },
    // neither a full revision nor the SHA-256 of this copy could be verified: the hub states both when it is asked
    { repository: 'timm/resnet101_clip.openai', revision: 'main' },
  ),
  vitB32: clipWeights(
    { name: 'ViT-B-32.pt', sha256: '40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af' },
    {
      repository: 'timm/vit_base_patch32_clip_224.openai',
      revision: 'a6f597a30f7b82c51704746581f9a4e41421e878',
      sha256: 'e6d1bd7789aa45192b3bf90570a789b478bae1b74ebcce7eddd908e83a2b7c31',
    },
  ),
  vitB16: clipWeights(
    { name: 'ViT-B-16.pt', sha256: '5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f' },
    {
      repository: 'timm/vit_base_patch16_clip_224.openai',
      revision: '977e3dd0ec55ab8da155f2fbeb6b5f54948b6e3d',
      sha256: '4b8699299b1e8997753c64b052ba32031449d5d853f55a039148560ee02b820f',
    },
  ),
  vitL14: clipWeights(
    { name: 'ViT-L-14.pt', sha256: 'b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836' },
    {
      repository: 'timm/vit_large_patch14_clip_224.openai',
      revision: '18d0535469bb561bf468d76c1d73aa35156c922b',
      sha256: '9ce2e8a8ebfff3793d7d375ad6d3c35cb9aebf3de7ace0fc7308accab7cd207e',
    },
  ),
} as const;
