#!/bin/sh
# Boots a guest with NUMA nodes under QEMU, without help by the processor, and runs programs in it, one
# after the other. Exit status 0: each of them ended with 0; 77: QEMU or a kernel cannot be had here.
#
# Usage: run.sh [-k SUITE] [-n NODES] [-e NODES] [-a ARGUMENT] [-s SETTING] \
#	[-t SECONDS] PROGRAM... [-- FILE...]
#
#	-k	the Debian release whose kernel it is: bookworm, unless another is named
#	-n	nodes with two CPUs each: 4
#	-e	of these, the last so many have no memory: 0
#	-a	what each program is given as an argument
#	-s	what is in its environment: PERCPU_CONF=..., as a rule
#	-t	how long the guest may take: 400 s
#
# Programs and files are named by absolute path, which they have in the guest too. The distance
# between two nodes is 10 + 10 for each step from one to the other.
set -eu
me=run.sh
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
suite=bookworm nodes=4 empty=0 argument='' setting=LAB=yes seconds=400
while getopts k:n:e:a:s:t: option; do
	case $option in
	k) suite=$OPTARG ;;
	n) nodes=$OPTARG ;;
	e) empty=$OPTARG ;;
	a) argument=$OPTARG ;;
	s) setting=$OPTARG ;;
	t) seconds=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
cpus_of_node=2 memory_of_node=384

make_init() { # program...
	begin_init
	echo "export '$setting'"
	for program; do
		echo "echo 'lab: runs $program'; '$program' $argument 2>&1; echo \"lab: status \$?\""
	done
	echo "echo 'lab: done'; poweroff -f"
}

numa_arguments() {
	for node in $(seq 0 $((nodes - 1))); do
		first=$((node * cpus_of_node)) memory=
		if [ "$node" -lt $((nodes - empty)) ]; then
			echo "-object memory-backend-ram,id=m$node,size=${memory_of_node}M"
			memory=memdev=m$node,
		fi
		echo "-numa node,nodeid=$node,${memory}cpus=$first-$((first + cpus_of_node - 1))"
	done
	# only when all nodes are known
	for node in $(seq 0 $((nodes - 1))); do
		for other in $(seq $((node + 1)) $((nodes - 1))); do
			echo "-numa dist,src=$node,dst=$other,val=$((10 + 10 * (other - node)))"
		done
	done
}

fill_lab amd64
kernel_of amd64 "$suite"
leave_lab_alone
begin_root
programs='' nr=0 run=1
for file; do
	if [ "$file" = -- ]; then
		run=0
		continue
	fi
	copy_with_libraries "$file"
	[ $run = 0 ] || { programs="$programs $file" nr=$((nr + 1)); }
done
# shellcheck disable=SC2086 # none of them has a blank
make_init $programs | make_initramfs amd64
# shellcheck disable=SC2046 # a list of arguments
boot_until_done amd64 max -smp $((nodes * cpus_of_node)),sockets="$nodes" \
	-m $(((nodes - empty) * memory_of_node)) $(numa_arguments)
[ "$(grep -c '^lab: status 0$' "$work/log")" = "$nr" ] && grep -q '^lab: done$' "$work/log"
