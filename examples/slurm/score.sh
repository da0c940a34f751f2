#!/bin/bash
# Scores a list of any length in 1000 parts: sbatch examples/slurm/score.sh photos.txt SCORES
#SBATCH --job-name=antonym-score
#SBATCH --array=1-1000%64
#SBATCH --cpus-per-task=4
#SBATCH --requeue
exec node dist/cli.js score --quiet --list "$1" --out "$2" --shard auto/1000
