package dev.hotswap.autoconfigure;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntConsumer;

import dev.hotswap.command.Command;
import dev.hotswap.command.OperatorCommand;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Where {@code hotswap.command} takes the place of the application: as soon as the
 * environment tells where the running instance is, before logging is set up, a banner is
 * printed or a context is created. Ends the process.
 */
final class CommandEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String PROPERTY = "hotswap.command";

	/** As of a shell's command that was used in a wrong way. */
	private static final int MISUSE = 2;

	private final IntConsumer exit;

	private final PrintStream out;

	private final PrintStream err;

	CommandEnvironmentPostProcessor() {
		this(System::exit, System.out, System.err);
	}

	CommandEnvironmentPostProcessor(IntConsumer exit, PrintStream out, PrintStream err) {
		this.exit = exit;
		this.out = out;
		this.err = err;
	}

	/**
	 * Last, so that the environment is complete.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		String name = environment.getProperty(PROPERTY);
		boolean main = application.getWebApplicationType() != WebApplicationType.NONE;
		if (name != null && !name.isBlank() && main && !Applicability.isTestOrBuild(environment)) {
			this.exit.accept(run(name, environment));
		}
	}

	private int run(String name, ConfigurableEnvironment environment) {
		try {
			Optional<Command> command = Command.named(name);
			if (command.isEmpty()) {
				return misuse("hotswap.command is 'handoff', 'status', 'abort' or 'revert', not '" + name + "'.");
			}
			HotswapProperties properties = Binder.get(environment).bindOrCreate("hotswap", HotswapProperties.class);
			if (!properties.isEnabled() || !Applicability.isLinux()) {
				return misuse("Hotswap is off: "
						+ (properties.isEnabled() ? "it needs Linux." : "hotswap.enabled is false."));
			}
			Path socket = ControlSocketLocation.find(properties, environment).orElse(null);
			if (socket == null) {
				return misuse("server.port is random or negative: set the port of the running instance, or name its "
						+ "path in hotswap.control.socket.");
			}
			return new OperatorCommand(socket, this.out, this.err).run(command.get(), properties.getCommandRelease(),
					properties.getCommandUntil());
		}
		catch (BindException | InvalidConfigurationPropertyValueException ex) {
			return misuse(ex.getMessage() + ((ex.getCause() != null) ? ": " + ex.getCause().getMessage() : ""));
		}
	}

	private int misuse(String message) {
		this.err.println("hotswap: " + message);
		return MISUSE;
	}

}
