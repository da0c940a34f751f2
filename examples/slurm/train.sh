#!/bin/bash
# Trains one model in several processes; when Slurm starts the job again, the run continues: sbatch examples/slurm/train.sh mine --data PHOTOS ...
#SBATCH --job-name=antonym-train
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=TERM@120
run=$1
shift
if [[ -e runs/$run/config.json ]]; then set -- --resume "$run" --take-over; else set -- --run "$run" "$@"; fi
# MPICH and its kin: --mpi=pmi2
srun --mpi=pmix node dist/cli.js train --peer-timeout 600 "$@"
code=$?
# stopped and saved before the end of its time: the next job continues
if [[ $code == 143 ]]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit $code
