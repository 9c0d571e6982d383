package dev.hotswap.autoconfigure;

import java.util.Arrays;
import java.util.List;

import dev.hotswap.watch.ConfigurationFiles;

import org.springframework.boot.bootstrap.BootstrapRegistry.InstanceSupplier;
import org.springframework.boot.bootstrap.ConfigurableBootstrapContext;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationResolver;
import org.springframework.boot.context.config.ConfigDataLocationResolverContext;
import org.springframework.boot.context.config.ConfigDataResource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.PropertySourceLoader;
import org.springframework.core.Ordered;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.io.support.SpringFactoriesLoader;

/**
 * Notes where Boot looks for configuration: it is asked about each location before
 * anybody else, when nothing has been read from it, and resolves none. What Boot makes of
 * a location afterwards tells only what it found, not where it would have found more.
 */
final class ConfigDataRecorder implements ConfigDataLocationResolver<ConfigDataResource>, Ordered {

	private static final String NAMES = "spring.config.name";

	private static final String[] DEFAULT_NAMES = { "application" };

	private final ConfigurationFiles files;

	private final ConfigDataLocations locations;

	ConfigDataRecorder(ConfigurableBootstrapContext bootstrapContext, Binder binder, ResourceLoader resourceLoader) {
		bootstrapContext.registerIfAbsent(ConfigurationFiles.class, InstanceSupplier.from(ConfigurationFiles::new));
		this.files = bootstrapContext.get(ConfigurationFiles.class);
		List<String> extensions = SpringFactoriesLoader
			.loadFactories(PropertySourceLoader.class, resourceLoader.getClassLoader())
			.stream()
			.flatMap((loader) -> Arrays.stream(loader.getFileExtensions()))
			.distinct()
			.toList();
		this.locations = new ConfigDataLocations(List.of(binder.bind(NAMES, String[].class).orElse(DEFAULT_NAMES)),
				extensions);
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public boolean isResolvable(ConfigDataLocationResolverContext context, ConfigDataLocation location) {
		this.locations.find(location, context.getParent()).forEach(this.files::add);
		return false;
	}

	@Override
	public List<ConfigDataResource> resolve(ConfigDataLocationResolverContext context, ConfigDataLocation location) {
		return List.of();
	}

}
