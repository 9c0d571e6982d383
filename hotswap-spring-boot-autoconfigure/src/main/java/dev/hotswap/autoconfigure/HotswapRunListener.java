package dev.hotswap.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import dev.hotswap.HandoffTrigger;
import dev.hotswap.control.ControlPathInUseException;
import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.handoff.HandoffFailedException;
import dev.hotswap.handoff.HandoffSettings;
import dev.hotswap.handoff.LaunchFailure;
import dev.hotswap.process.ArchiveLauncher;
import dev.hotswap.process.ChildProcessLauncher;
import dev.hotswap.process.GentleLauncher;
import dev.hotswap.process.GentleStart;
import dev.hotswap.process.PidFileException;
import dev.hotswap.process.ProcessLauncher;
import dev.hotswap.trigger.AutomaticSignal;
import dev.hotswap.trigger.SignalTrigger;
import dev.hotswap.watch.ConfigurationFiles;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.boot.bootstrap.ConfigurableBootstrapContext;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.LoggingFailureAnalysisReporter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.StringUtils;

/**
 * Where Hotswap enters the start of an application: the signal's handler before anything
 * else, and the handoff itself once the environment is complete and before any web server
 * is created. Runs on the main thread.
 */
final class HotswapRunListener implements SpringApplicationRunListener {

	private static final String TAKEOVER = "hotswap.takeover";

	private static final Log logger = LogFactory.getLog(HotswapRunListener.class);

	private final SpringApplication application;

	private final SignalTrigger signal = new SignalTrigger(System.getenv());

	private @Nullable HandoffEngine engine;

	private @Nullable DeploymentFiles files;

	private boolean succeeding;

	private GentleStart gentleStart = GentleStart.none();

	private ConfigurationFiles configuration = new ConfigurationFiles();

	HotswapRunListener(SpringApplication application, String[] arguments) {
		this.application = application;
	}

	@Override
	public void starting(ConfigurableBootstrapContext bootstrapContext) {
		if (Applicability.isLinux()) {
			this.signal.install(AutomaticSignal.choose(System.getenv()).name());
			this.gentleStart = GentleStart.begin(System.getenv());
		}
	}

	/**
	 * A bare {@code --hotswap.takeover} has an empty value, which Boot refuses to bind to
	 * a boolean.
	 */
	@Override
	public void environmentPrepared(ConfigurableBootstrapContext bootstrapContext,
			ConfigurableEnvironment environment) {
		if ("".equals(environment.getProperty(TAKEOVER))) {
			environment.getPropertySources()
				.addFirst(new MapPropertySource("hotswapTakeoverFlag", Map.of(TAKEOVER, "true")));
		}
		this.configuration = bootstrapContext.getOrElse(ConfigurationFiles.class, this.configuration);
		this.configuration.activate(List.of(environment.getActiveProfiles().length > 0 ? environment.getActiveProfiles()
				: environment.getDefaultProfiles()));
	}

	@Override
	public void contextLoaded(ConfigurableApplicationContext context) {
		Environment environment = context.getEnvironment();
		HotswapProperties properties = Binder.get(environment).bindOrCreate("hotswap", HotswapProperties.class);
		Optional<String> off = Applicability.reasonAgainst(context, properties);
		Optional<Path> socket = off.isEmpty() ? ControlSocketLocation.find(properties, environment) : Optional.empty();
		if (off.isEmpty() && socket.isEmpty()) {
			off = Optional.of("server.port is random or negative, so no other process could find this one. Set a "
					+ "port, or name a path in hotswap.control.socket");
		}
		if (off.isPresent() && StringUtils.hasText(properties.getCommand())
				&& !Applicability.isTestOrBuild(environment)) {
			// Not to start a service where its status was asked for
			throw new InvalidConfigurationPropertyValueException(CommandEnvironmentPostProcessor.PROPERTY,
					properties.getCommand(), "Hotswap is off: " + off.get() + ".");
		}
		if (off.isPresent()) {
			logger.info("Hotswap is off: " + off.get());
			this.signal.uninstall();
			return;
		}
		DeploymentFiles files = DeploymentFiles.of(properties, this.configuration.revision());
		HandoffSettings settings = SettingsFactory.create(properties, environment,
				this.application.getMainApplicationClass(), files.releases().running(), socket.get());
		begin(context, settings, files, properties);
	}

	private void begin(ConfigurableApplicationContext context, HandoffSettings settings, DeploymentFiles files,
			HotswapProperties properties) {
		String signal = chooseSignal(properties.getSignal().trim());
		HandoffEngine engine = new HandoffEngine(settings, launcher(properties), files, this.gentleStart);
		register(context, engine, files);
		if (Applicability.isTrainingRun()) {
			logger.info("This is a training run (spring.context.exit=onRefresh): it takes no part in handoffs");
			return;
		}
		this.engine = engine;
		this.files = files;
		try {
			this.succeeding = engine.begin();
			files.begin(this.succeeding);
		}
		catch (PidFileException ex) {
			throw new PidFileFailedException(ex);
		}
		catch (HandoffFailedException ex) {
			throw new TakeoverFailedException(ex);
		}
		catch (ControlPathInUseException ex) {
			throw new InstanceRunningException(settings.controlSocket(), ex);
		}
		catch (IOException ex) {
			throw new ControlSocketFailedException(settings.controlSocket(), ex);
		}
		engine.attach(new SpringHandoffApplication(context));
		// The process ends only once its context is closed
		SpringApplication.getShutdownHandlers().add(files::release);
		context.addApplicationListener(new HandoffLifecycle(engine, context));
		if (signal != null) {
			this.signal.listen((name) -> requested(engine, name));
		}
	}

	private void register(ConfigurableApplicationContext context, HandoffEngine engine, DeploymentFiles files) {
		context.getBeanFactory().registerSingleton("hotswapHandoff", engine);
		context.getBeanFactory().registerSingleton("hotswapReleases", files.releases());
		context.getBeanFactory().registerSingleton("hotswapConfigurationFiles", this.configuration);
	}

	private static ProcessLauncher launcher(HotswapProperties properties) {
		HotswapProperties.Launch launch = properties.getLaunch();
		ProcessLauncher launcher = new ChildProcessLauncher();
		if (launch.isGentle()) {
			launcher = new GentleLauncher(launcher);
		}
		if (launch.getArchiveDirectory() != null) {
			launcher = new ArchiveLauncher(launcher, launch.getArchiveDirectory(),
					properties.getPrechecks().getMemory().isEnabled()
							? HotswapPrecheckAutoConfiguration.memory(properties)::refuse : () -> null);
		}
		return launcher;
	}

	private @Nullable String chooseSignal(String configured) {
		String name = configured.toUpperCase(Locale.ROOT);
		if (name.equals("NONE")) {
			return null;
		}
		if (name.equals("AUTO")) {
			AutomaticSignal automatic = AutomaticSignal.choose(System.getenv());
			logger.info("SIG" + automatic.name() + " starts a handoff: " + automatic.reason());
			return automatic.name();
		}
		String signal = name.startsWith("SIG") ? name.substring("SIG".length()) : name;
		this.signal.install(signal);
		return signal;
	}

	private static void requested(HandoffEngine engine, String signal) {
		engine.request(HandoffTrigger.SIGNAL).whenComplete((id, refusal) -> {
			if (refusal != null) {
				logger.warn("SIG" + signal + " starts no handoff: "
						+ ((refusal.getMessage() != null) ? refusal.getMessage() : "this process is stopping"));
			}
		});
	}

	@Override
	public void failed(@Nullable ConfigurableApplicationContext context, Throwable exception) {
		if (this.engine != null) {
			if (this.succeeding) {
				exception.addSuppressed(new SuccessorFailedException());
			}
			explain(this.engine.listenerFailure());
			this.engine.applicationFailed(exception);
		}
		else {
			LaunchFailure.report(System.getenv(), exception);
		}
		if (this.files != null) {
			this.files.release();
		}
	}

	/**
	 * Here, since the engine ends this process with the failure's status before Boot gets
	 * to it, and Boot sees no more than a web server that does not start.
	 */
	private static void explain(@Nullable IOException listenerFailure) {
		if (listenerFailure != null) {
			new LoggingFailureAnalysisReporter().report(new FailureAnalysis(
					"A listener of the running process could not be taken over: " + listenerFailure.getMessage(),
					"The running process serves on. Correct what the description says and start again.",
					listenerFailure));
		}
	}

}
