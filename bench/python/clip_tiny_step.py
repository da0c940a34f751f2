"""Training steps of clip-tiny in PyTorch: a small ModifiedResNet, normalised by the statistics of the batch."""
from clip_rn50_step import Tower
from training_step import serve

EMBEDDING = 128

if __name__ == "__main__":
    serve(lambda side: Tower(width=16, blocks=[1, 1, 1, 1], heads=8, embedding=EMBEDDING), EMBEDDING, batch_statistics=True)
