# What cpack makes of an installation: Debian packages (`cpack`, of a build with the prefix /usr), a tree
# (`cpack -G TGZ`), and the sources (`cpack --config CPackSourceConfig.cmake`). docs/install.md shows them.
set(CPACK_PACKAGE_VENDOR "the libpercpu authors")
set(CPACK_PACKAGE_NAME libpercpu)
set(CPACK_PACKAGE_FILE_NAME libpercpu-${PROJECT_VERSION}-${PERCPU_ARCH})
set(CPACK_SOURCE_PACKAGE_FILE_NAME libpercpu-${PROJECT_VERSION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
	GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_THREADS 1)
set(CPACK_VERBATIM_VARIABLES ON)

# CPack's own Debian generator has ldconfig called by scripts, which policy forbids, and knows neither lists of
# symbols nor Multi-Arch. So dpkg's tools are called here.
set(CPACK_GENERATOR External)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_COMPONENTS_ALL lib dev)
if(PERCPU_TOOLS)
	list(APPEND CPACK_COMPONENTS_ALL tools)
endif()
set(CPACK_EXTERNAL_ENABLE_STAGING ON)
set(CPACK_EXTERNAL_PACKAGE_SCRIPT ${PROJECT_SOURCE_DIR}/cmake/packages/debs.cmake)
set(percpu_has_jemalloc OFF)
if(PERCPU_JEMALLOC)
	set(percpu_has_jemalloc ON)
endif()
set(CPACK_PERCPU_ENVIRONMENT
	SOURCE_DATE_EPOCH=${percpu_epoch}
	VERSION=${PROJECT_VERSION}
	ABI=${PROJECT_VERSION_MAJOR}
	PREFIX=${CMAKE_INSTALL_PREFIX}
	ARCH=${PERCPU_ARCH}
	URCU=${URCU_FOUND}
	JEMALLOC=${percpu_has_jemalloc}
	STRIP=${CMAKE_STRIP}
	OBJCOPY=${CMAKE_OBJCOPY}
	READELF=${CMAKE_READELF})

# --- the sources: what git tracks, or, where there is no git, what was unpacked ---
set(CPACK_SOURCE_GENERATOR External)
set(CPACK_SOURCE_INSTALLED_DIRECTORIES "")
set(CPACK_SOURCE_INSTALL_CMAKE_PROJECTS "")
set(CPACK_PERCPU_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/packages/options.cmake)
include(CPack)
