import { type FormEvent, useState } from 'react';
import { fieldProblem, KithError, problemText } from '../api/client.ts';

/** What sending a form needs: what went wrong the last time, whether it is on its way, and what to do with it. */
export function useSubmit(work: () => Promise<void>) {
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    setIsBusy(true);
    try {
      await work();
      setProblem(undefined);
    } catch (error) {
      setProblem(error);
    }
    setIsBusy(false);
  };
  return { problem, isBusy, submit };
}

/** What a `Field` needs for one of several values. */
export const fieldsOf =
  <Values extends Record<string, string>>(
    values: Values,
    setValues: (values: Values) => void,
    problem: unknown,
  ) =>
  (name: keyof Values & string) => ({
    name,
    value: values[name],
    problem: fieldProblem(problem, name),
    onChange: (value: string) => setValues({ ...values, [name]: value }),
  });

/** What is wrong with the whole rather than with one field. */
export function FormProblem({ error }: { error: unknown }) {
  if (error === undefined || (error instanceof KithError && error.fields.length > 0)) return null;
  return (
    <p className="problem-words" role="alert">
      {problemText(error)}
    </p>
  );
}
