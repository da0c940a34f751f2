"""Writes model-tokenizer/: a tokenizer.json built as Gemma's is (byte pairs with bytes for what is unknown, spaces as U+2581), and its ids of some texts.

    python3 test/prompts/golden/model_tokenizer.py      # tokenizers 0.23
"""
import json
import pathlib

from tokenizers import Tokenizer, models, normalizers, trainers

folder = pathlib.Path(__file__).with_name("model-tokenizer")
folder.mkdir(exist_ok=True)
TEXTS = ["Good photo.", "Bad photo.", "High-resolution image.", "Noise-free image.", "Sharp edges", "Blurry  edges", "naïve 你好", "😀"]
corpus = ["good photo. bad photo. high-resolution image. low-resolution image. sharp edges. blurry edges. noise-free image. noisy image."] * 20
model = models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True)
tokenizer = Tokenizer(model)
tokenizer.normalizer = normalizers.Replace(" ", "▁")
special = ["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)]
tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=330, special_tokens=special))
# bytes are tokens of the model, not texts that stand for themselves
tokenizer.save(str(folder / "tokenizer.json"))
content = json.loads((folder / "tokenizer.json").read_text())
content["added_tokens"] = [token for token in content["added_tokens"] if token["id"] < 4]
content["model"]["byte_fallback"] = True
(folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False))
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
ids = {text: tokenizer.encode(text.lower(), add_special_tokens=False).ids for text in TEXTS}
(folder / "expected.json").write_text(json.dumps(ids, ensure_ascii=False, indent=1) + "\n")
print(ids)
