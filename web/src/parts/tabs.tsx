export interface Tab<Name extends string> {
  name: Name;
  words: string;
}

interface TabsProps<Name extends string> {
  label: string;
  tabs: readonly Tab<Name>[];
  chosen: Name;
  onChoose: (name: Name) => void;
}

/** Views of the same thing, side by side: buttons of which one is pressed. */
export function Tabs<Name extends string>({ label, tabs, chosen, onChoose }: TabsProps<Name>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms.
    <div className="tabs" role="group" aria-label={label}>
      {tabs.map(({ name, words }) => (
        <button
          key={name}
          type="button"
          className="tab"
          aria-pressed={name === chosen}
          onClick={() => onChoose(name)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
