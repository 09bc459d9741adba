import icon from '../icon.svg';

export function Logo() {
  return (
    <span className="inline-flex items-center gap-2 font-semibold tracking-tight">
      <img src={icon} alt="" width={24} height={24} className="size-6" />
      Coder
    </span>
  );
}
