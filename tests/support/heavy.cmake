# heavy.cmake - percpu_heavy(TARGET...): programs whose files take up to 0.6 GB each to compile, at -O2 and
# -O3 (gcc 12 to 16, clang 14). ninja starts more compilers than there are CPUs; of these as many at once
# as the machine's memory has 1.5 GB.
cmake_host_system_information(RESULT PERCPU_MEMORY QUERY TOTAL_PHYSICAL_MEMORY)
math(EXPR PERCPU_HEAVY_JOBS "${PERCPU_MEMORY} / 1536 + 1")
set_property(GLOBAL APPEND PROPERTY JOB_POOLS percpu_heavy=${PERCPU_HEAVY_JOBS})

function(percpu_heavy)
	set_target_properties(${ARGN} PROPERTIES JOB_POOL_COMPILE percpu_heavy)
endfunction()
